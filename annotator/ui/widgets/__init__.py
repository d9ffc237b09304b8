"""Parts that several panels and dialogs use: buttons, fonts, icons, colours, bidirectional texts."""
