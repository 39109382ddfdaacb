"""Charts: pure templates that name their data, and the rows to send with them."""
