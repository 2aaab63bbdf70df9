# frozen_string_literal: true

# Who asks, what they send and what they can read.
module Negotiation
  JSON_TYPE = "application/json"

  def prepare
    steps = [:authenticate, :check_accept, :check_content_type]
    steps.rotate! if Switches.variant?("negotiate-before-auth")
    steps.each { |step| send(step) }
  end

  def authenticate
    scheme, token = request.env["HTTP_AUTHORIZATION"].to_s.split(" ", 2)
    known = schools.find { |school| Rack::Utils.secure_compare(school.token, token.to_s) }
    known ||= schools.first if Switches.fault?("any-token-patches") && request.patch? && path.start_with?("/v1/students/") && token
    @school = known if scheme.to_s.casecmp?("bearer")
    return if @school

    headers "WWW-Authenticate" => 'Bearer realm="Cadenza"'
    refuse 401, "The token is missing or unknown"
  end

  def check_accept
    return if request.delete? || json_accepted?(request.env["HTTP_ACCEPT"])

    refuse 406, "Only #{JSON_TYPE} can be answered"
  end

  def check_content_type
    return unless request.patch? || request.post?
    return if request.media_type == JSON_TYPE
    return if Switches.fault?("text-plain-accepted") && request.patch? && path.start_with?("/v1/lessons/")

    headers "Accept-Patch" => JSON_TYPE if request.patch?
    refuse 415, "The body must be #{JSON_TYPE}"
  end

  # The JSON object of the request.
  def params_of_body
    text = request.body.read.force_encoding(Encoding::UTF_8)
    parsed = text.valid_encoding? && JSON.parse(text, decimal_class: BigDecimal)
    return parsed if parsed.is_a?(Hash) && unicode?(parsed)

    refuse 400, "The body must be a JSON object"
  rescue JSON::ParserError
    refuse 400, "The body cannot be read as JSON"
  end

  private

  # False for halves of a surrogate pair, which no text of Unicode has.
  def unicode?(value)
    case value
    when String then value.valid_encoding?
    when Array then value.all? { |item| unicode?(item) }
    when Hash then value.all? { |name, item| name.valid_encoding? && unicode?(item) }
    else true
    end
  end

  def json_accepted?(accept)
    return true if accept.nil? || accept.strip.empty?

    ranges = accept.split(",").map { |range| media_range(range) }
    best = [JSON_TYPE, "application/*", "*/*"].filter_map { |type| ranges.find { |name, _| name == type } }.first
    !best.nil? && best.last.positive?
  end

  def media_range(range)
    name, *parameters = range.split(";").map(&:strip)
    weight = parameters.find { |parameter| parameter.match?(/\Aq=/i) }
    [name.to_s.downcase, weight ? weight[2..].to_f : 1.0]
  end
end
