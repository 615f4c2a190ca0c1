"""Statement installments: what a statement billed to be paid later, turned into a plan."""
