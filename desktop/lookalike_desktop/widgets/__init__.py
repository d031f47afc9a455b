"""Parts that several pages share: the photo grid, messages, layouts."""
