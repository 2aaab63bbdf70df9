"""Three honest services with documents of their own, in Node.js; and what shows that they keep to them."""
