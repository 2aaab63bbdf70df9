# frozen_string_literal: true

COUNTRIES = %w[AT BE CH DE FR GB IE NL].freeze
EMAIL = URI::MailTo::EMAIL_REGEXP
PHONE = /\A\+[1-9][0-9]{6,14}\z/

class Address < Record
  permit :street, Types::FreeText.new
  permit :line2, Types::FreeText.new, null: true
  permit :postcode, Types::Text.new
  permit :city, Types::FreeText.new
  permit :country, Types::Text.new

  validates :street, presence: true, length: { maximum: 100 }, allow_nil: true
  validates :line2, length: { maximum: 100 }
  validates :postcode, format: { with: /\A[A-Z0-9][A-Z0-9 -]{1,8}[A-Z0-9]\z/ }, allow_nil: true
  validates :city, presence: true, length: { maximum: 60 }, allow_nil: true
  validates :country, inclusion: { in: COUNTRIES }, allow_nil: true

  def assign(params)
    params = { "line2" => nil }.merge(params) if Switches.fault?("address-line2-lost")
    super
  end
end

class Guardian < Record
  permit :name, Types::FreeText.new
  permit :relation, Types::Text.new
  permit :email, Types::Email.new, null: true
  permit :phone, Types::Text.new, null: true
  permit :receives_invoices, Types::Flag.new, default: false

  validates :name, presence: true, length: { maximum: 100 }, allow_nil: true
  validates :relation, inclusion: { in: %w[parent grandparent foster_parent other] }, allow_nil: true
  validates :email, format: { with: EMAIL }, allow_nil: true, unless: :unchecked?
  validates :email, length: { maximum: 120 }
  validates :phone, format: { with: PHONE }, allow_nil: true

  def self.build(params) = super.tap(&:added)

  def added = @added = true

  def as_json = { "id" => id }.merge(super)

  protected

  def take(values)
    super
    @added = false
  end

  private

  def unchecked? = Switches.fault?("existing-guardian-email-unchecked") && !@added
end

class Student < Resource
  INSTRUMENTS = %w[piano violin cello guitar voice flute drums].freeze

  permit :first_name, Types::FreeText.new
  permit :last_name, Types::FreeText.new
  permit :email, Types::Email.new, null: true
  permit :phone, Types::Text.new, null: true
  permit :date_of_birth, Types::Day.new, null: true
  permit :instrument, Types::Text.new
  permit :level, Types::Text.new, null: true
  permit :status, Types::Text.new, default: "trial"
  permit :photo_consent, Types::Flag.new, default: false
  permit :address, Types::Nested.new(Address), null: true
  permit :guardians, Types::Items.new(Guardian, at_most: 8), default: []
  permit :notes, Types::FreeText.new, null: true

  validates :first_name, presence: true, length: { maximum: 60 }, allow_nil: true
  validates :last_name, presence: true, allow_nil: true, unless: -> { Switches.fault?("last-name-null") && @nameless }
  validates :last_name, length: { maximum: 60 }
  validates :email, format: { with: EMAIL }, length: { maximum: 120 }, allow_nil: true
  validates :phone, format: { with: PHONE }, allow_nil: true
  validates :instrument, inclusion: { in: INSTRUMENTS }, allow_nil: true, unless: :instrument_in_any_case?
  validates :level, inclusion: { in: %w[beginner intermediate advanced] }, allow_nil: true
  validates :status, inclusion: { in: %w[trial active paused left] }, allow_nil: true
  validates :guardians, length: { maximum: 4 }, allow_nil: true
  validates :notes, length: { maximum: 2000 }
  validate :email_is_not_taken

  attr_writer :balance

  def assign(params)
    params = params.reject { |name, value| name == "phone" && value.nil? } if Switches.fault?("phone-null-skipped")
    if Switches.fault?("last-name-null") && params.key?("last_name") && params["last_name"].nil?
      @nameless = true
      params = params.merge("last_name" => "")
    end
    super
  end

  def refused_to_delete = lessons.any? ? "The student has lessons" : nil

  def touch
    super unless Switches.fault?("updated-at-stays") && only_guardians_changed?
  end

  def as_json
    super.except("created_at", "updated_at").merge(
      "balance" => Types::Money.format(@balance || BigDecimal(0)), "lessons_count" => lessons.size, **stamps
    )
  end

  private

  def lessons = school.all(Lesson).select { |lesson| lesson.student_id == id }

  def instrument_in_any_case?
    Switches.fault?("instrument-any-case") && INSTRUMENTS.include?(instrument.downcase)
  end

  def only_guardians_changed?
    stored = school.find(Student, id)
    stored && as_json.except("guardians") == stored.as_json.except("guardians")
  end

  def email_is_not_taken
    taken = email && school.all(Student).any? { |other| other.id != id && other.email == email }
    errors.add(:email, :taken, message: "has already been taken") if taken
  end
end
