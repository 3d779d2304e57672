"""The composer: a sentence becomes a plan, a plan becomes a score, and a score can be read, edited and rendered."""
