"""When newsletters come out: expressions, phrases, days without slots, and the clock they are placed on."""
