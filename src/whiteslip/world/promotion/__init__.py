"""618 lived several times by the same people, with and without each countermeasure, measured from the records."""
