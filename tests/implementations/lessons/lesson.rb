# frozen_string_literal: true

require "digest"

class Reminders < Record
  permit :email, Types::Flag.new, default: true
  permit :sms, Types::Flag.new, default: false
  permit :hours_before, Types::Whole.new, default: 24

  validates :hours_before, inclusion: { in: 1..72 }, allow_nil: true

  def assign(params)
    params = { "hours_before" => 24 }.merge(params) if Switches.fault?("reminders-defaulted")
    super
  end
end

class Lesson < Resource
  STATUSES = %w[scheduled completed cancelled no_show].freeze

  permit :teacher_id, Types::Whole.new
  permit :mode, Types::Text.new, default: "online"
  permit :room_code, Types::Text.new, null: true
  permit :meeting_url, Types::Text.new, null: true
  permit :starts_at, Types::Instant.new
  permit :duration_minutes, Types::Minutes.new
  permit :price, Types::Money.new
  permit :status, Types::Text.new, default: "scheduled"
  permit :cancellation_reason, Types::FreeText.new, null: true
  permit :tags, Types::Texts.new, default: []
  permit :homework, Types::FreeText.new, null: true
  permit :rating, Types::Whole.new, null: true
  permit :reminders, Types::Nested.new(Reminders), default: Reminders.new

  validates :mode, inclusion: { in: %w[in_person online] }, allow_nil: true
  validates :room_code, format: { with: /\A[A-Z][0-9]{2}\z/ }, allow_nil: true
  validates :room_code, presence: true, if: -> { mode == "in_person" }
  validates :meeting_url, length: { maximum: 255 }, allow_nil: true
  validates :duration_minutes, inclusion: { in: 15..180 }, allow_nil: true
  validates :price, inclusion: { in: 0..BigDecimal("9999.99") }, allow_nil: true
  validates :status, inclusion: { in: STATUSES }, allow_nil: true
  validates :status, exclusion: { in: %w[no_show] }, if: -> { Switches.fault?("no-show-refused") }
  validates :cancellation_reason, presence: true, if: -> { status == "cancelled" }
  validates :cancellation_reason, length: { maximum: 200 }
  validates :tags, length: { maximum: 8 }, allow_nil: true
  validates :homework, length: { maximum: 4000 }
  validates :rating, inclusion: { in: 1..5 }, allow_nil: true
  validate :teacher_exists, :duration_in_steps, :tags_are_words, :url_is_secure

  attr_accessor :student_id
  attr_reader :lock_version

  def initialize(student_id: nil, **rest)
    super(**rest)
    @student_id = student_id
    @lock_version = 0
    @ends_at = computed_end
  end

  def assign(params)
    if Switches.fault?("homework-cut") && params["homework"].is_a?(String)
      params = params.merge("homework" => params["homework"][0, 255])
    end
    super
    @ends_at = computed_end if !Switches.fault?("ends-at-stale") || params.key?("starts_at")
  end

  # updated_at alone: nothing else has changed.
  alias move_stamp touch

  def touch
    super
    @lock_version += 1
    share_reminders if Switches.fault?("reminders-shared")
  end

  def share_with(reminders) = @values[:reminders] = reminders

  # For a fault: what was good in a refused request is kept all the same.
  def after_refusal(params, refusals)
    return self unless Switches.fault?("lesson-half-saved")

    good = params.reject { |name, _| refusals.keys.any? { |path| path.split(/[.\[]/).first == name } }
    half = changed(good)
    half.refusals.empty? && !same_content?(half) ? half.tap(&:touch) : self
  end

  def etag = %("#{Digest::SHA256.hexdigest(JSON.generate(as_json))[0, 32]}")

  def as_json
    shown = super
    start = shown["starts_at"]
    parts = shown.except("id", "created_at", "updated_at").flat_map do |name, value|
      name == "starts_at" ? [[name, start], ["ends_at", Types::Instant.format(@ends_at)]] : [[name, value]]
    end
    { "id" => id, "student_id" => student_id, **parts.to_h, "lock_version" => lock_version, **stamps }
  end

  private

  def computed_end = starts_at && duration_minutes ? starts_at + (duration_minutes * 60) : nil

  def share_reminders
    school.schools.each { |each| each.all(Lesson).each { |lesson| lesson.share_with(reminders) } }
  end

  def teacher_exists
    errors.add(:teacher_id, :required, message: "must exist") if teacher_id && !school.teacher?(teacher_id)
  end

  def duration_in_steps
    errors.add(:duration_minutes, "must be a multiple of 5") if duration_minutes && duration_minutes % 5 != 0
  end

  def tags_are_words
    return if tags.nil?

    errors.add(:tags, "must be lower-case words") unless tags.all? { |tag| tag.match?(/\A[a-z0-9-]{1,30}\z/) }
    errors.add(:tags, "must be different") if tags.uniq != tags
  end

  def url_is_secure
    return if meeting_url.nil?

    errors.add(:meeting_url, :invalid) unless URI.parse(meeting_url).then { |uri| uri.is_a?(URI::HTTPS) && uri.host }
  rescue URI::InvalidURIError
    errors.add(:meeting_url, :invalid)
  end
end
