package main

// Choices are the faults and variants that are on.
type Choices map[string]bool

// Variant is a choice that conforms to the document as much as the usual behaviour.
type Variant struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

// Fault is one difference from what the document says.
type Fault struct {
	Name        string `json:"name"`
	Family      string `json:"family"`
	Field       string `json:"field"`
	Description string `json:"description"`
}

var variants = []Variant{
	{"int64-numbers-accepted", "A 64-bit integer may be sent as a JSON number, as the document allows; answers hold strings."},
	{"unknown-fields-ignored", "A field of the body that the resource does not have is ignored."},
	{"etag-header-honoured", "Answers carry the etag as the header ETag also, and an If-Match is honoured with 412."},
	{"touched-by-every-update", "An update that changes nothing moves updateTime and etag all the same."},
	{"other-fleet-forbidden", "A resource of another fleet is answered with 403 rather than 404."},
	{"first-violation-only", "An error names the first field that is not valid only."},
	{"empty-values-shown", "A text, list or map without a value is shown as an empty one, as the document allows."},
	{"compressed", "Answers are compressed with gzip where the client accepts it."},
	{"pretty-printed", "Answers are indented."},
	{"other-representations-refused", "A request that does not accept application/json is answered with 406."},
	{"rate-limited", "More than 40 requests at once, or 60 a second, are answered with 429 and Retry-After."},
	{"sets-sorted", "The items of sets come back in the order of their enum, as the document allows."},
}

var faults = []Fault{
	{"engine-replaced-whole", "partial", "engine", "Without a mask, a part of engine replaces all of it."},
	{"labels-merged", "partial", "labels", "Labels that are sent are added to the present ones."},
	{"masked-absent-field-kept", "partial", "description", "A field that the mask names and the body lacks is kept rather than cleared."},
	{"mask-widened", "partial", "updateMask", "Fields of the body that the mask does not name are written too."},
	{"vehicle-type-resets-fuel", "partial", "engine.fuelType", "A new vehicleType clears the fuel type of the engine."},
	{"inspections-merged-by-position", "nested items", "inspections", "A shorter list keeps the rest of the present one."},
	{"unchanged-update-refused", "idempotence", "", "An update that changes nothing is refused with 400."},
	{"odometer-added", "idempotence", "odometerMeters", "A new value is added to the present one."},
	{"later-results-unchecked", "enums", "inspections[].result", "From the second inspection on, any text is taken as result."},
	{"unknown-trigger-dropped", "enums", "alertOn", "Triggers that are not in the enum are dropped rather than refused."},
	{"display-name-counted-in-bytes", "limits", "displayName", "The length is counted in bytes of UTF-8, so that long names with umlauts are refused."},
	{"latitude-minimum-unchecked", "limits", "circle.center.latitude", "Latitudes below -90 are taken."},
	{"enabled-from-text", "types", "enabled", "The strings \"true\" and any other are taken as booleans."},
	{"odometer-through-float", "types", "odometerMeters", "The 64-bit integer loses its last digits above 2^53."},
	{"null-description-ignored", "null", "description", "null leaves the description as it is."},
	{"null-name-stored", "null", "displayName", "null clears the required name of a geofence."},
	{"offset-dropped", "formats", "nextInspectionTime", "The offset of a timestamp is replaced by Z without converting the time."},
	{"later-emails-unchecked", "formats", "alertEmails[]", "From the second address on, any text is taken."},
	{"create-time-writable", "read-only", "createTime", "A createTime in the body is stored."},
	{"refused-update-applied-in-part", "atomicity", "", "A refused update of a driver leaves its valid fields changed."},
	{"other-fleet-may-patch", "isolation", "", "A vehicle, driver or geofence of another fleet can be changed."},
	{"rpc-number-as-code", "error envelopes", "error.code", "The code of INVALID_ARGUMENT is the gRPC number 3 rather than the HTTP status."},
	{"patch-without-token", "authentication", "", "PATCH without any Authorization is taken for the first fleet's."},
	{"media-type-unchecked", "negotiation", "", "A body of any media type is read as JSON."},
}
