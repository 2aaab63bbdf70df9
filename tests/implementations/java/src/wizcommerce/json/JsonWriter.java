package wizcommerce.json;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** Writes what {@link JsonReader} reads; compact, in the order of the maps, unless told otherwise. */
public final class JsonWriter {
    private final StringBuilder out = new StringBuilder();
    private final boolean pretty;
    private final boolean sorted;

    /** A writer with indented lines, with sorted names. */
    public JsonWriter(boolean pretty, boolean sorted) {
        this.pretty = pretty;
        this.sorted = sorted;
    }

    public static String text(Object value) {
        return new JsonWriter(false, false).written(value);
    }

    public static byte[] bytes(Object value) {
        return text(value).getBytes(StandardCharsets.UTF_8);
    }

    public String written(Object value) {
        write(value, 0);
        return out.toString();
    }

    private void write(Object value, int depth) {
        if (value instanceof Map<?, ?> map) {
            Map<?, ?> ordered = sorted ? new TreeMap<>(map) : map;
            all("{", "}", List.copyOf(ordered.entrySet()), depth, (entry, inner) -> {
                string((String) entry.getKey());
                out.append(pretty ? ": " : ":");
                write(entry.getValue(), inner);
            });
        } else if (value instanceof Collection<?> list) {
            all("[", "]", list, depth, this::write);
        } else if (value instanceof String text) {
            string(text);
        } else if (value instanceof JsonNumber number) {
            out.append(number.text());
        } else {
            out.append(value);
        }
    }

    private <T> void all(String open, String close, Collection<T> items, int depth, BiConsumer<T, Integer> each) {
        out.append(open);
        String separator = "";
        for (T item : items) {
            out.append(separator);
            line(depth + 1);
            each.accept(item, depth + 1);
            separator = ",";
        }
        if (!items.isEmpty()) {
            line(depth);
        }
        out.append(close);
    }

    private void line(int depth) {
        if (pretty) {
            out.append('\n').append("  ".repeat(depth));
        }
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            character(text.charAt(i));
        }
        out.append('"');
    }

    private void character(char c) {
        if (c == '"' || c == '\\') {
            out.append('\\').append(c);
        } else if (c < ' ') {
            out.append(String.format("\\u%04x", (int) c));
        } else {
            out.append(c);
        }
    }
}
