"""The models: the list, downloads, and preparing photos for them."""
