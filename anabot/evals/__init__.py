"""Questions with exact answers, scored. There is no judge: a number is right or it is not. It asks nothing itself."""
