"""e-GP's open data: the contracts that a dropped file has of the organisation."""
