package wizcommerce.json;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A strict reader of RFC 8259: objects become {@code Map}, arrays {@code List}, numbers {@link JsonNumber}.
 *
 * <p>Names that stand twice and halves of surrogate pairs are refused, unless the reader is lenient about them.
 */
public final class JsonReader {
    private static final int DEEPEST = 64;
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
    private static final String ESCAPES = "\"\\/bfnrt";
    private static final String ESCAPED = "\"\\/\b\f\n\r\t";

    private final String text;
    private final boolean lastNameWins;
    private int at;
    private int depth;

    private JsonReader(String text, boolean lastNameWins) {
        this.text = text;
        this.lastNameWins = lastNameWins;
    }

    /** The value that UTF-8 bytes hold; {@link JsonException} where they hold none. */
    public static Object read(byte[] bytes, boolean lastNameWins) {
        return new JsonReader(decoded(bytes), lastNameWins).document();
    }

    private static String decoded(byte[] bytes) {
        var decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
        try {
            return decoder.decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new JsonException("the body is not UTF-8", 0);
        }
    }

    private Object document() {
        blanks();
        Object value = value();
        blanks();
        if (at < text.length()) {
            throw wrong("text after the value");
        }
        return value;
    }

    private Object value() {
        return switch (peek()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> word("true", Boolean.TRUE);
            case 'f' -> word("false", Boolean.FALSE);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, Object> object() {
        Map<String, Object> found = new LinkedHashMap<>();
        enter();
        if (!closes('}')) {
            do {
                member(found);
            } while (continues('}'));
        }
        depth--;
        return found;
    }

    private void member(Map<String, Object> found) {
        blanks();
        if (peek() != '"') {
            throw wrong("a name is missing");
        }
        String name = string();
        blanks();
        expect(':');
        blanks();
        Object value = value();
        if (found.containsKey(name) && !lastNameWins) {
            throw wrong("a name stands twice");
        }
        found.put(name, value);
    }

    private List<Object> array() {
        List<Object> found = new ArrayList<>();
        enter();
        if (!closes(']')) {
            do {
                blanks();
                found.add(value());
            } while (continues(']'));
        }
        depth--;
        return found;
    }

    private void enter() {
        at++;
        if (++depth > DEEPEST) {
            throw wrong("the nesting is too deep");
        }
    }

    private boolean closes(char end) {
        blanks();
        if (peek() != end) {
            return false;
        }
        at++;
        return true;
    }

    private boolean continues(char end) {
        if (closes(end)) {
            return false;
        }
        expect(',');
        return true;
    }

    private String string() {
        at++;
        StringBuilder found = new StringBuilder();
        for (char next = take(); next != '"'; next = take()) {
            if (next < ' ') {
                throw wrong("a control character in a string");
            }
            found.append(next == '\\' ? escape() : next);
        }
        if (found.codePoints().anyMatch(point -> point >= 0xD800 && point <= 0xDFFF)) {
            throw wrong("half a surrogate pair");
        }
        return found.toString();
    }

    private char escape() {
        char kind = take();
        if (kind == 'u') {
            return hexadecimal();
        }
        int place = ESCAPES.indexOf(kind);
        if (place < 0) {
            throw wrong("an unknown escape");
        }
        return ESCAPED.charAt(place);
    }

    private char hexadecimal() {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            char next = take();
            int digit = next < 128 ? Character.digit(next, 16) : -1;
            if (digit < 0) {
                throw wrong("a broken escape");
            }
            code = code * 16 + digit;
        }
        return (char) code;
    }

    private JsonNumber number() {
        Matcher number = NUMBER.matcher(text).region(at, text.length());
        if (!number.lookingAt()) {
            throw wrong("no value");
        }
        at = number.end();
        return new JsonNumber(number.group());
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) {
            throw wrong("no value");
        }
        at += word.length();
        return value;
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private void expect(char wanted) {
        if (take() != wanted) {
            throw wrong("'" + wanted + "' is missing");
        }
    }

    private char peek() {
        if (at >= text.length()) {
            throw wrong("the text ends early");
        }
        return text.charAt(at);
    }

    private char take() {
        char next = peek();
        at++;
        return next;
    }

    private JsonException wrong(String message) {
        return new JsonException(message, at);
    }
}
