"""HTTP for shops and apps: routes, schemas, problems, and the lanes in which requests wait and are batched."""
