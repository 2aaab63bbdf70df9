# frozen_string_literal: true

class Line < Record
  permit :description, Types::FreeText.new
  permit :quantity, Types::Whole.new
  permit :unit_price, Types::Money.new

  validates :description, presence: true, length: { maximum: 120 }, allow_nil: true
  validates :quantity, inclusion: { in: 1..100 }, allow_nil: true, unless: :unchecked
  validates :unit_price, inclusion: { in: 0..BigDecimal("9999.99") }, allow_nil: true

  attr_accessor :unchecked

  def amount = quantity && unit_price ? quantity * unit_price : BigDecimal(0)

  def as_json = { "id" => id }.merge(super, "amount" => Types::Money.format(amount))
end

class Invoice < Resource
  permit :invoice_date, Types::Day.new
  permit :due_on, Types::DueDay.new
  permit :reference, Types::FreeText.new, null: true
  permit :payment_method, Types::Text.new, null: true
  permit :discount_percent, Types::Decimal.new, default: BigDecimal(0)
  permit :send_reminders, Types::Flag.new, default: true
  permit :billing_address, Types::Nested.new(Address)
  permit :lines, Types::Items.new(Line, at_most: 40), default: []
  permit :custom_fields, Types::TextMap.new, default: {}
  permit :memo, Types::FreeText.new, null: true

  validates :reference, length: { maximum: 35 }
  validates :payment_method, inclusion: { in: %w[bank_transfer card cash direct_debit] }, allow_nil: true
  validates :discount_percent, inclusion: { in: 0..100 }, allow_nil: true
  validates :lines, length: { in: 1..20 }, allow_nil: true
  validates :memo, length: { maximum: 500 }
  validate :due_after_date, :discount_in_halves, :custom_fields_are_small

  attr_accessor :number, :student_id, :status

  def initialize(number:, student_id: nil, status: "draft", **rest)
    super(**rest)
    @number = number
    @student_id = student_id
    @status = status
    @taken_off = 1
  end

  def assign(params)
    @taken_off = taken_off(params["discount_percent"]) if params.key?("discount_percent")
    super
    @number = params["number"] if Switches.fault?("number-writable") && params["number"].is_a?(String)
    Array(lines).drop(1).each { |line| line.unchecked = Switches.fault?("second-quantity-zero") }
  end

  def refused_to_change = status == "draft" ? nil : "Only drafts can be changed"
  def refused_to_delete = refused_to_change

  # For a fault: lines are removed before the rest is looked at.
  def after_refusal(params, _refusals)
    return self unless Switches.fault?("lines-removed-though-refused") && params["lines"].is_a?(Array)

    gone = params["lines"].select { |line| line.is_a?(Hash) && line["id"] && line["_destroy"] == true }
    removed = changed("lines" => gone)
    gone.any? && removed.refusals.empty? ? removed.tap(&:touch) : self
  end

  def as_json
    shown = super.except("id", "created_at", "updated_at")
    { "id" => id, "number" => number, "student_id" => student_id, "status" => status, **shown,
      "subtotal" => Types::Money.format(subtotal), "total" => Types::Money.format(total), **stamps }
  end

  private

  def subtotal = Array(lines).sum(BigDecimal(0), &:amount)

  def total = subtotal * (100 - (discount_percent || 0)) / 100 * @taken_off

  # 1, but for a fault: what the same discount leaves when it is taken off once more.
  def taken_off(percent)
    again = Switches.fault?("discount-compounds") && percent == discount_percent && school.find(Invoice, id)
    again ? @taken_off * (100 - discount_percent) / 100 : 1
  end

  def due_after_date
    errors.add(:due_on, "must not lie before invoice_date") if due_on && invoice_date && due_on < invoice_date
  end

  def discount_in_halves
    errors.add(:discount_percent, "must be a multiple of 0.5") if discount_percent && !(discount_percent * 2).frac.zero?
  end

  def custom_fields_are_small
    return if custom_fields.nil?

    errors.add(:custom_fields, "has more than 10 members") if custom_fields.size > 10
    errors.add(:custom_fields, "has a value of more than 100 characters") if custom_fields.values.any? { |text| text.size > 100 }
  end
end
