"""What the core asks for and cannot do itself: each adapter reaches one thing."""
