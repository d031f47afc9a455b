"""The frame around the pages: commands, menus, and what makes a program of a window."""
