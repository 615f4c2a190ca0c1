"""The stories, one module for a kind of trouble; `whiteslip.world.causes.telling` has them all."""
