"""One module per outside thing: each third-party client is named in one place, and its errors become ours there."""
