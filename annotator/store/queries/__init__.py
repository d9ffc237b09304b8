"""Questions that are asked of an open corpus, a module by subject. May import all of `store` but `recovery`."""
