"""Words: photos found by what they show and by what is said of them, each with the reason."""
