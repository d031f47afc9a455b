"""The open library as the window sees it: opened, followed and closed off the GUI thread."""
