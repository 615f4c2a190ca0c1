"""What reliefs did to the dues of a line, as facts by which its life is lived again."""
