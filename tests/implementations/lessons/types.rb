# frozen_string_literal: true

require "bigdecimal"
require "date"
require "json"
require "time"
require "uri"

# What the members of a request may be: each type takes a value of JSON and gives ours, or raises Mismatch.
module Types
  class Mismatch < StandardError; end

  YEARS = (1900..2199)

  # A string that is stored as it was sent.
  class Text
    def cast(raw, _current)
      raise Mismatch, "must be a string" unless raw.is_a?(String)

      raw
    end

    def show(value) = value
  end

  # A text that people write: white space around it is removed.
  class FreeText < Text
    def cast(raw, current) = super.gsub(/\A[ \t\r\n\f\v]+|[ \t\r\n\f\v]+\z/, "")
  end

  # An e-mail address, in lower case.
  class Email < Text
    def cast(raw, current) = super.downcase
  end

  # An integer; 45.0 is one, as in JSON Schema.
  class Whole < Text
    def cast(raw, _current)
      return raw if raw.is_a?(Integer)
      raise Mismatch, "must be an integer" unless raw.is_a?(BigDecimal) && raw.exponent < 20 && raw.frac.zero?

      raw.to_i
    end
  end

  # Minutes: an integer, for a fault also its digits.
  class Minutes < Whole
    def cast(raw, current)
      digits = Switches.fault?("duration-string-cast") && raw.is_a?(String) && raw.match?(/\A\d{1,4}\z/)
      super(digits ? raw.to_i : raw, current)
    end
  end

  # A number, kept exactly.
  class Decimal
    def cast(raw, _current)
      raise Mismatch, "must be a number" unless raw.is_a?(Numeric)

      BigDecimal(raw)
    end

    def show(value)
      value.frac.zero? && !Switches.variant?("numbers-with-fraction") ? value.to_i : value.to_f
    end
  end

  # Money: a string or a number with at most two decimals; shown as a string.
  class Money
    def self.format(value) = value.round(2, BigDecimal::ROUND_HALF_UP).then { |sum| Kernel.format("%.2f", sum) }

    def cast(raw, _current)
      return BigDecimal(raw) if raw.is_a?(String) && raw.match?(/\A\d{1,4}(\.\d{1,2})?\z/)
      raise Mismatch, "must be an amount such as 42.50" unless raw.is_a?(Numeric)

      amount = BigDecimal(raw)
      raise Mismatch, "must have at most two decimals" unless amount == amount.truncate(2)

      amount
    end

    def show(value) = Money.format(value)
  end

  # true or false.
  class Flag < Text
    def cast(raw, _current)
      raise Mismatch, "must be true or false" unless [true, false].include?(raw)

      raw
    end
  end

  # A full date.
  class Day
    def cast(raw, _current)
      match = raw.is_a?(String) && raw.match(/\A(\d{4})-(\d\d)-(\d\d)\z/)
      raise Mismatch, "must be a date such as 2026-11-30" unless match

      day(*match.captures.map(&:to_i))
    end

    def show(value) = value.iso8601

    private

    def day(year, month, day)
      raise Mismatch, "must be a day of the calendar" unless Date.valid_date?(year, month, day)
      raise Mismatch, "must lie in the years 1900 to 2199" unless YEARS.cover?(year)

      Date.new(year, month, day)
    end
  end

  # The day on which an invoice is due.
  class DueDay < Day
    private

    def day(year, month, day)
      return super unless Switches.fault?("due-date-rolls-over") && month.between?(1, 12) && day.between?(29, 31)

      Date.new(year, month, 1) + (day - 1)
    end
  end

  # A point in time with an offset; kept in UTC to the millisecond.
  class Instant
    FORM = /\A(\d{4})-(\d\d)-(\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)\z/i

    def self.format(time)
      text = time.getutc.iso8601(3)
      Switches.variant?("utc-as-offset") ? text.sub("Z", "+00:00") : text
    end

    def cast(raw, _current)
      match = raw.is_a?(String) && raw.match(FORM)
      raise Mismatch, "must be a time with an offset" unless match && Date.valid_date?(*match.captures.map(&:to_i))

      raw = raw.sub(/(?:Z|[+-]\d\d:\d\d)\z/i, "Z") if Switches.fault?("offset-dropped")
      time = Time.iso8601(raw.upcase).getutc.floor(3)
      raise Mismatch, "must lie in the years 1900 to 2199" unless YEARS.cover?(time.year)

      time
    end

    def show(value) = Instant.format(value)
  end

  # A list of strings that is replaced as a whole.
  class Texts < Text
    def cast(raw, _current)
      raise Mismatch, "must be a list of strings" unless raw.is_a?(Array) && raw.all?(String)

      raw
    end
  end

  # A map of strings that is replaced as a whole.
  class TextMap < Text
    def cast(raw, _current)
      raise Mismatch, "must be an object of strings" unless raw.is_a?(Hash) && raw.values.all?(String)

      raw
    end
  end

  # A nested object that is changed member by member.
  class Nested
    def initialize(model) = @model = model

    def cast(raw, current)
      raise Mismatch, "must be an object" unless raw.is_a?(Hash)

      (current || @model.new).tap { |nested| nested.assign(raw) }
    end

    def show(value) = value.as_json
  end

  # A list of records that is changed by the ids of its items.
  class Items
    def initialize(model, at_most:)
      @model = model
      @at_most = at_most
    end

    def cast(raw, current)
      raise Mismatch, "must be a list of objects" unless raw.is_a?(Array) && raw.all?(Hash)
      raise Mismatch, "is too long" if raw.size > @at_most

      raw.reduce(current || []) { |items, change| changed(items, change) }
    end

    def show(value)
      shown = value.map(&:as_json)
      Switches.variant?("newest-item-first") ? shown.sort_by { |item| -item["id"] } : shown
    end

    private

    def changed(items, change)
      gone = change.key?("_destroy") && Flag.new.cast(change["_destroy"], nil)
      return gone ? items : items + [@model.build(change)] unless change.key?("id")

      item = found(items, Whole.new.cast(change["id"], nil))
      return items - [item] if gone

      item.assign(change)
      items
    end

    def found(items, id)
      items.find { |item| item.id == id } || raise(Mismatch, "has no item with the id #{id}")
    end
  end
end
