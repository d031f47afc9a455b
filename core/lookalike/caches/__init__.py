"""What is made from the bytes of photos and kept: bounded, and deletable at any time."""
