"""Things: the photos of a library that show the same object, building, view or work of art."""
