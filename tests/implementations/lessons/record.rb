# frozen_string_literal: true

require "active_model"
require "active_support/core_ext/object/deep_dup"

# A model in the manner of Active Record: permitted members with types, validations, and a form that is shown.
class Record
  include ActiveModel::Validations

  class << self
    attr_writer :next_id

    def members = @members ||= {}

    # A member that a request may set. One that is not nullable cannot be blank.
    def permit(name, type, null: false, default: nil)
      members[name] = type
      define_method(name) { @values[name] }
      defaults[name] = default unless default.nil?
      validate { errors.add(name, :blank) if @values[name].nil? } unless null
    end

    def defaults = @defaults ||= {}

    def next_id = (@next_id ||= 500).tap { @next_id += 1 }

    # A new item with the members of a request and an id of its own.
    def build(params) = new(id: next_id).tap { |item| item.assign(params) }
  end

  attr_reader :id

  def initialize(id: nil, **values)
    @id = id
    @values = self.class.members.to_h { |name, _| [name, nil] }.merge(self.class.defaults.deep_dup, values)
    @mismatches = {}
  end

  def deep_dup
    dup.tap { |copy| copy.take(@values.deep_dup) }
  end

  def assign(params)
    self.class.members.each { |name, type| write(name, type, params[name.to_s]) if params.key?(name.to_s) }
  end

  # All that was refused, by the paths of the members.
  def refusals
    valid?
    own = errors.to_hash.transform_keys(&:to_s).merge(@mismatches.transform_keys(&:to_s))
    @values.reduce(own) { |all, (name, value)| all.merge(nested_refusals(name, value)) }
  end

  def as_json
    self.class.members.to_h { |name, type| [name.to_s, @values[name].nil? ? nil : type.show(@values[name])] }
  end

  protected

  def take(values)
    @values = values
    @mismatches = {}
  end

  private

  def write(name, type, raw)
    @values[name] = raw.nil? ? nil : type.cast(raw, @values[name])
  rescue Types::Mismatch => e
    @mismatches[name] = [e.message]
  end

  def nested_refusals(name, value)
    case value
    when Record then value.refusals.transform_keys { |path| "#{name}.#{path}" }
    when Array
      value.each_with_index.filter { |item, _| item.is_a?(Record) }.reduce({}) do |all, (item, index)|
        all.merge(item.refusals.transform_keys { |path| "#{name}[#{index}].#{path}" })
      end
    else {}
    end
  end
end

# A record with a path of its own: it belongs to a school and knows when it was changed.
class Resource < Record
  attr_reader :school, :created_at, :updated_at

  def initialize(school:, created_at: Time.now.utc.floor(3), **rest)
    super(**rest)
    @school = school
    @created_at = created_at
    @updated_at = created_at
  end

  # The record with the changes of a request; this one stays as it is.
  def changed(params) = deep_dup.tap { |copy| copy.assign(params) }

  def touch = @updated_at = [Time.now.utc.floor(3), @updated_at + Rational(1, 1000)].max

  def as_json = { "id" => id }.merge(super, stamps)

  def refused_to_change = nil
  def refused_to_delete = nil

  # The one that is kept when a change was refused.
  def after_refusal(_params, _refusals) = self

  def same_content?(other) = as_json.except("updated_at") == other.as_json.except("updated_at")

  private

  def stamps
    { "created_at" => Types::Instant.format(created_at), "updated_at" => Types::Instant.format(updated_at) }
  end
end
