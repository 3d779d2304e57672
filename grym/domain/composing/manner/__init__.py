"""In which manner a recording is made: what of it can be measured, which styles sound like that, and a style after it.

`traits` measures, `by_ear` compares with what pieces of every style sound like, `made` writes a style that has the
traits of a recording where no style of grym is surely its own.
"""
