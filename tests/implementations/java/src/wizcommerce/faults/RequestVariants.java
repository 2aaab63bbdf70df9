package wizcommerce.faults;

import static wizcommerce.model.Twist.variant;
import static wizcommerce.model.Twist.violation;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import wizcommerce.model.Problem;
import wizcommerce.model.Request;
import wizcommerce.model.Twist;

/** What is accepted, refused or done where the document leaves it open. Those without a step are known by name to the service. */
final class RequestVariants {
    private static final Pattern UUID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final Pattern CUSTOMER = Pattern.compile("/v1/customers/([^/]+)");
    private static final Pattern REQUIRED = Pattern.compile(".*\\.(id|name|value)");

    private RequestVariants() {}

    static List<Twist> all() {
        return List.of(
                variant("unknown-refused", "properties that the document does not name are refused with 400"),
                variant("empty-patch-refused", "a body without any property is refused with 400")
                        .demand(change -> violation(change.patch().isEmpty(), "", "required", null)),
                variant("null-ignored", "null is taken for a property that is not sent; null for a required one is refused")
                        .waive(found -> found.rule().equals("null") && !REQUIRED.matcher(found.field()).matches()),
                variant("touch-always", "the time stamps move with each write, also where nothing changes, in all rows"),
                variant("content-type-ignored", "each body is read as JSON, whatever its content type says")
                        .read((request, honest) -> true),
                variant("last-name-wins", "a name that stands twice in an object is accepted, and the last value counts"),
                variant("malformed-id-400", "an id in the path that is not a UUID is answered 400, an unknown UUID 404")
                        .receive(RequestVariants::refuseMalformedId),
                variant("prose-formats-unchecked",
                        "phone, email and country are stored as they come, since no keyword of the schema limits them")
                        .waive(found -> found.rule().equals("format")),
                variant("attributes-replaced", "a list of attributes that is sent takes the place of the whole list"),
                variant("independent-defaults", "is_default is a plain flag: to set it on one row takes it from no other"),
                variant("single-default", "of several rows that a request makes the default one, the last is it"),
                variant("not-acceptable-406", "an Accept header without JSON is answered 406")
                        .receive(RequestVariants::refuseForeignAccept));
    }

    private static void refuseMalformedId(Request request) {
        var path = CUSTOMER.matcher(request.path());
        if (path.matches() && !UUID.matcher(path.group(1)).matches()) {
            throw Problem.of(400, "malformed_id", "The id must be a UUID.");
        }
    }

    private static void refuseForeignAccept(Request request) {
        String accepted = request.header("accept").toLowerCase(Locale.ROOT);
        boolean fits = accepted.isBlank() || Stream.of(accepted.split(",")).anyMatch(RequestVariants::takesJson);
        if (!fits) {
            throw Problem.of(406, "not_acceptable", "Only application/json can be sent.");
        }
    }

    private static boolean takesJson(String range) {
        String[] parts = range.split(";");
        boolean refused = Stream.of(parts).skip(1).anyMatch(part -> part.strip().matches("q=0(\\.0{0,3})?"));
        return List.of("*/*", "application/*", "application/json").contains(parts[0].strip()) && !refused;
    }
}
