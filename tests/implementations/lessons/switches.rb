# frozen_string_literal: true

# The differences that this service can be started with: faults break the document, variants are other ways to keep it.
module Switches
  Fault = Struct.new(:name, :family, :field, :description)
  Variant = Struct.new(:name, :description)

  FAULTS = [
    ["address-line2-lost", "partial update", "address.line2", "A change of the address without line2 clears it"],
    ["reminders-defaulted", "partial update", "reminders.hours_before", "A change of the reminders without hours_before sets it to 24"],
    ["ends-at-stale", "derived", "ends_at", "ends_at is only computed anew when starts_at is sent"],
    ["discount-compounds", "idempotence", "total", "A discount that is sent again is taken off the total once more"],
    ["instrument-any-case", "enum", "instrument", "The instrument is compared without regard to case and stored as sent"],
    ["no-show-refused", "enum", "status", "The lesson status no_show is refused"],
    ["homework-cut", "length", "homework", "Homework is cut off after 255 characters"],
    ["second-quantity-zero", "nested limit", "lines[].quantity", "Only the first line's quantity is checked"],
    ["duration-string-cast", "type", "duration_minutes", "A string of digits is taken as a number"],
    ["phone-null-skipped", "null", "phone", "null leaves the phone number of a student as it is"],
    ["last-name-null", "null", "last_name", "null is taken as an empty last name"],
    ["due-date-rolls-over", "format", "due_on", "A day past the end of its month becomes a day of the next one"],
    ["offset-dropped", "format", "starts_at", "The offset of starts_at is dropped: the local time is stored as UTC"],
    ["existing-guardian-email-unchecked", "nested format", "guardians[].email", "The e-mail form of a guardian who is there is not checked"],
    ["number-writable", "read-only", "number", "The number of an invoice is changed by a request"],
    ["lesson-half-saved", "atomicity", nil, "A refused change of a lesson keeps the members that were good"],
    ["lines-removed-though-refused", "atomicity", "lines", "Lines with _destroy are removed although the request is refused"],
    ["reminders-shared", "isolation", "reminders", "A change of a lesson's reminders changes those of all lessons"],
    ["foreign-writable", "isolation", nil, "PATCH finds invoices of other schools"],
    ["messages-as-list", "error form", nil, "The errors of a refused invoice are a list of sentences"],
    ["any-token-patches", "authentication", nil, "PATCH of a student takes any token"],
    ["text-plain-accepted", "negotiation", nil, "PATCH of a lesson reads a body of any media type"],
    ["if-match-ignored", "precondition", nil, "If-Match is ignored"],
    ["updated-at-stays", "derived", "updated_at", "updated_at of a student does not move when only guardians were changed"]
  ].map { |row| Fault.new(*row) }.freeze

  VARIANTS = [
    ["touch-always", "updated_at also moves with a PATCH that changes nothing"],
    ["foreign-forbidden", "Records of another school are answered 403"],
    ["negotiate-before-auth", "406 and 415 are answered before 401"],
    ["first-error-only", "Only the first member that was refused is named"],
    ["translated-messages", "The messages are in German, and each error response has a reference beside errors"],
    ["volatile-extra-member", "Shown records have a member served_at that the document does not name"],
    ["numbers-with-fraction", "Percentages are written 10.0 rather than 10"],
    ["newest-item-first", "guardians and lines are shown with the newest first"],
    ["utc-as-offset", "Points in time end in +00:00 rather than in Z"],
    ["unrouted-not-found", "Methods that a path does not have are answered 404 rather than 405"],
    ["throttled", "Every 50th request is answered 429 with Retry-After: 1"],
    ["compressed", "Responses without an entity tag are compressed where Accept-Encoding allows gzip"]
  ].map { |row| Variant.new(*row) }.freeze

  @faults = []
  @variants = []

  class << self
    def start(faults, variants)
      unknown = (faults - FAULTS.map(&:name)) + (variants - VARIANTS.map(&:name))
      abort "unknown: #{unknown.join(', ')}" if unknown.any?
      @faults = faults
      @variants = variants
    end

    def fault?(name) = @faults.include?(name)
    def variant?(name) = @variants.include?(name)
  end
end
