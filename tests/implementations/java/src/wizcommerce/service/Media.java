package wizcommerce.service;

import java.util.Locale;
import wizcommerce.model.Request;

/** Which bodies are read. */
final class Media {
    private Media() {}

    /** Whether the content type is JSON, in UTF-8 where it names a charset. */
    static boolean isJson(Request request) {
        if (!request.mediaType().equals("application/json")) {
            return false;
        }
        for (String parameter : request.header("content-type").toLowerCase(Locale.ROOT).split(";")) {
            String value = parameter.strip();
            if (value.startsWith("charset=") && !value.replace("\"", "").equals("charset=utf-8")) {
                return false;
            }
        }
        return true;
    }
}
