# frozen_string_literal: true

require "sinatra/base"
require_relative "switches"
require_relative "types"
require_relative "record"
require_relative "student"
require_relative "lesson"
require_relative "invoice"
require_relative "school"
require_relative "negotiation"

# The API of the school.
class App < Sinatra::Base
  include Negotiation

  RESOURCES = { "students" => Student, "lessons" => Lesson, "invoices" => Invoice }.freeze
  GERMAN = { "can't be blank" => "muss ausgefüllt werden", "is invalid" => "ist nicht gültig" }.freeze

  set :protection, false
  set :show_exceptions, false
  set :raise_errors, false
  set :lock, true
  set :logging, false
  set :schools, nil
  set :count, 0

  before do
    throttle if Switches.variant?("throttled")
    headers "Cache-Control" => "max-age=0, private, must-revalidate", "X-Request-Id" => SecureRandom.uuid
    prepare
  end

  RESOURCES.each do |name, model|
    get("/v1/#{name}") { list(model) }
    post("/v1/#{name}") { create(name, model) }
    get("/v1/#{name}/:id") { show(own(model)) }
    patch("/v1/#{name}/:id") { update(own(model)) }
    delete("/v1/#{name}/:id") { destroy(own(model)) }
  end

  get("/v1/teachers") { answer 200, { "data" => @school.teachers } }

  not_found { body_of_refusal({ "base" => ["There is no such record"] }) unless @refused }
  error { body_of_refusal({ "base" => ["Something went wrong"] }) unless @refused }

  %w[put delete patch post options].each { |verb| send(verb, "*") { no_such_method } }

  private

  def schools = settings.schools
  def path = request.path_info

  def throttle
    settings.count += 1
    return unless (settings.count % 50).zero?

    headers "Retry-After" => "1"
    refuse 429, "Too many requests"
  end

  def own(model)
    id = model == Lesson ? params["id"].downcase : params["id"][/\A[1-9]\d*\z/].to_i
    found = @school.find(model, id)
    return found if found

    foreign = schools.filter_map { |school| school.find(model, id) }.first
    return foreign if foreign && Switches.fault?("foreign-writable") && request.patch? && model == Invoice

    refuse 403, "The token is not good for this record" if foreign && Switches.variant?("foreign-forbidden")
    refuse 404, "There is no such record"
  end

  def list(model)
    page = number("page", 1, 1..1_000_000)
    size = number("per_page", 25, 1..100)
    found = @school.all(model).select { |record| model != Lesson || [nil, record.status].include?(params["status"]) }
    meta = { "page" => page, "per_page" => size, "total_count" => found.size, "total_pages" => (found.size / size.to_f).ceil }
    answer 200, { "data" => (found[(page - 1) * size, size] || []).map(&:as_json), "meta" => meta }
  end

  def number(name, default, range)
    given = params[name].to_s[/\A\d{1,9}\z/]&.to_i || default
    given.clamp(range.begin, range.end)
  end

  def create(name, model)
    members = params_of_body
    record = model.new(school: @school, **numbered(model, members))
    record.assign(members)
    refusals = record.refusals
    refusals["student_id"] = ["must exist"] if model != Student && record.student_id.nil?
    refuse_members(record, refusals) if refusals.any?
    @school.keep(record)
    headers "Location" => "/v1/#{name}/#{record.id}"
    show(record, 201)
  end

  def numbered(model, members)
    student = members["student_id"] if members["student_id"].is_a?(Integer) && @school.find(Student, members["student_id"])
    case model.name
    when "Student" then { id: Student.next_id }
    when "Lesson" then { id: SecureRandom.uuid, student_id: student }
    else Invoice.next_id.then { |id| { id: id, number: format("2026-%04d", id), student_id: student } }
    end
  end

  def show(record, status = 200)
    if record.is_a?(Lesson)
      headers "ETag" => record.etag
      halt 304 if request.get? && listed?(request.env["HTTP_IF_NONE_MATCH"], record.etag)
    end
    shown = record.as_json
    shown["served_at"] = Types::Instant.format(Time.now) if Switches.variant?("volatile-extra-member")
    answer status, shown
  end

  def update(record)
    members = params_of_body
    check_state(record)
    changed = record.changed(members)
    refusals = changed.refusals
    if refusals.any?
      record.school.keep(record.after_refusal(members, refusals))
      refuse_members(record, refusals)
    end
    kept = changed.same_content?(record) && !Switches.variant?("touch-always")
    show(kept ? record : commit(changed, same: changed.same_content?(record)))
  end

  def commit(changed, same:)
    same && changed.is_a?(Lesson) ? changed.move_stamp : changed.touch
    changed.school.keep(changed)
  end

  def check_state(record)
    condition = request.env["HTTP_IF_MATCH"]
    checked = record.is_a?(Lesson) && condition && !Switches.fault?("if-match-ignored")
    refuse 412, "The lesson has been changed since" if checked && !listed?(condition, record.etag)
    refuse 409, record.refused_to_change if record.refused_to_change
  end

  def destroy(record)
    refuse 409, record.refused_to_delete if record.refused_to_delete
    @school.remove(record)
    halt 204
  end

  def listed?(tags, etag)
    tags.to_s.strip == "*" || tags.to_s.scan(%r{(?:W/)?"[^"]*"}).any? { |tag| matches?(tag, etag) }
  end

  # If-Match compares strongly, If-None-Match weakly (RFC 9110, 8.8.3.2).
  def matches?(tag, etag) = (request.get? ? tag.delete_prefix("W/") : tag) == etag

  def no_such_method
    allowed = allowed_methods
    refuse 404, "There is no such path" if allowed.empty? || Switches.variant?("unrouted-not-found")

    headers "Allow" => allowed.join(", ")
    refuse 405, "This path does not have the method"
  end

  def allowed_methods
    case path
    when %r{\A/v1/(students|lessons|invoices)\z} then %w[GET HEAD POST]
    when %r{\A/v1/(students|lessons|invoices)/[^/]+\z} then %w[GET HEAD PATCH DELETE]
    when "/v1/teachers" then %w[GET HEAD]
    else []
    end
  end

  def answer(status, shown)
    content_type :json, charset: "utf-8"
    halt status, JSON.generate(shown)
  end

  def refuse(status, message) = refuse_all(status, { "base" => [message] })

  def refuse_members(record, refusals)
    refusals = refusals.first(1).to_h if Switches.variant?("first-error-only")
    refusals = refusals.map { |path, all| "#{path} #{all.first}" } if Switches.fault?("messages-as-list") && record.is_a?(Invoice)
    refuse_all(422, refusals)
  end

  def refuse_all(status, errors)
    @refused = true
    halt status, body_of_refusal(errors)
  end

  def body_of_refusal(errors)
    content_type :json, charset: "utf-8"
    return JSON.generate({ "errors" => errors }) unless Switches.variant?("translated-messages") && errors.is_a?(Hash)

    german = errors.transform_values { |all| all.map { |message| GERMAN.fetch(message, "wird nicht angenommen") } }
    JSON.generate({ "errors" => german, "reference" => SecureRandom.hex(4) })
  end
end
