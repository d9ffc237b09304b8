"""What can be saved of a damaged or displaced corpus file. May import all of `store`."""
