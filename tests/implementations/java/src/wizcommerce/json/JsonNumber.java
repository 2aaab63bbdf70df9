package wizcommerce.json;

/** A number as it was written, so that no precision is lost. */
public record JsonNumber(String text) {}
