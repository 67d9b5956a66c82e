"""What pages show of versions: plain values, made from rows, so that templates decide nothing."""
