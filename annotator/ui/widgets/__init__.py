"""Building blocks of panels and dialogs: buttons, fonts, icons, colours, bidirectional text."""
