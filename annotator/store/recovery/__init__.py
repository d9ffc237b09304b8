"""Recovery of damaged and displaced corpus files. May import all of `store`."""
