# frozen_string_literal: true

require "securerandom"

# A school with its records, in memory.
class School
  attr_reader :token, :teachers, :schools

  def initialize(token:, teachers:, schools:)
    @token = token
    @teachers = teachers
    @schools = schools
    @records = { Student => {}, Lesson => {}, Invoice => {} }
    schools << self
  end

  def teacher?(id) = teachers.any? { |teacher| teacher["id"] == id }

  def all(model) = @records.fetch(model).values

  def find(model, id) = @records.fetch(model)[id]

  def keep(record) = @records.fetch(record.class)[record.id] = record

  def remove(record) = @records.fetch(record.class).delete(record.id)
end

# The schools of the demonstration: two of them, so that one can look over the fence.
module Seeds
  module_function

  def plant
    Time.now.utc.then do
      schools = []
      north = School.new(token: "cdz_live_7Qm2wN9xT4", schools: schools,
                         teachers: [{ "id" => 3, "name" => "Ilse Vogt" }, { "id" => 4, "name" => "Tomás Prado" }])
      harbour = School.new(token: "cdz_live_K3vR8sLp01", schools: schools,
                           teachers: [{ "id" => 7, "name" => "Greet Maas" }, { "id" => 8, "name" => "Niall Byrne" }])
      fill_north(north)
      fill_harbour(harbour)
      schools
    end
  end

  def fill_north(school)
    mara(school)
    student(school, 102, { "first_name" => "Emil", "last_name" => "Okafor", "email" => "emil.okafor@mail.example",
                           "instrument" => "drums", "status" => "trial" })
    lesson(school, "5b0c7c0e-7a52-4f0a-9a35-0d8f6d1f2a11", 101, booked(3))
    lesson(school, "c1f5b6a2-3f0d-4c6c-8d5e-9b7f0a2e4d22", 101, booked(4).merge("tags" => ["makeup"], "price" => "38.00"))
    invoice(school, 210, "2026-0042", 101, bill)
    invoice(school, 211, "2026-0043", 102, bill.merge("reference" => "PO-88"), status: "issued")
    invoice(school, 212, "2026-0044", 102, bill.merge("reference" => nil, "discount_percent" => 5))
  end

  def fill_harbour(school)
    student(school, 301, { "first_name" => "Saoirse", "last_name" => "Kelleher", "email" => "saoirse@harbour.example",
                           "phone" => "+353215550143", "date_of_birth" => "2011-02-17", "instrument" => "violin",
                           "level" => "advanced", "status" => "active", "address" => address("IE"),
                           "guardians" => [{ "name" => "Aoife Kelleher", "relation" => "parent" }], "notes" => "Grade 6 in May" })
    lesson(school, "9e2d4f63-1c77-4b1b-a0c4-6f3b8a5d7e33", 301, booked(7).merge("starts_at" => "2026-12-07T16:00:00Z"))
    invoice(school, 410, "2026-0007", 301, bill.merge("billing_address" => address("IE")))
  end

  def mara(school)
    guardians = [
      { "name" => "Petra Lindqvist", "relation" => "parent", "email" => "petra@lindqvist.example", "phone" => "+4922155500",
        "receives_invoices" => true },
      { "name" => "Olaf Lindqvist", "relation" => "grandparent", "email" => nil, "phone" => "+4922155522" }
    ]
    student(school, 101, { "first_name" => "Mara", "last_name" => "Lindqvist", "email" => "mara@lindqvist.example",
                           "phone" => "+4915155501", "date_of_birth" => "2013-06-09", "instrument" => "cello",
                           "level" => "intermediate", "status" => "active", "photo_consent" => true,
                           "address" => address("DE"), "guardians" => guardians, "notes" => "Plays in the youth orchestra" })
      .balance = BigDecimal("126")
  end

  def address(country)
    { "street" => "Ahornweg 12", "line2" => "2nd floor", "postcode" => "50667", "city" => "Köln", "country" => country }
  end

  def booked(teacher)
    { "teacher_id" => teacher, "mode" => "in_person", "room_code" => "B12", "meeting_url" => "https://meet.cadenza.example/b12",
      "starts_at" => "2026-12-02T15:00:00Z", "duration_minutes" => 45, "price" => "42.50", "status" => "scheduled",
      "cancellation_reason" => nil, "tags" => %w[exam-prep duet], "homework" => "Suite No. 1, bars 1 to 24", "rating" => 4,
      "reminders" => { "email" => true, "sms" => true, "hours_before" => 48 } }
  end

  def bill
    { "invoice_date" => "2026-11-20", "due_on" => "2026-12-20", "reference" => "Autumn term", "payment_method" => "bank_transfer",
      "discount_percent" => 10, "send_reminders" => true, "billing_address" => address("DE"),
      "lines" => [{ "description" => "Lessons in November", "quantity" => 4, "unit_price" => "42.50" },
                  { "description" => "Hire of a cello", "quantity" => 1, "unit_price" => "18.00" }],
      "custom_fields" => { "cost_centre" => "C-20" }, "memo" => "Thank you" }
  end

  def student(school, id, members) = plant_one(Student, school, members, id: id)
  def lesson(school, id, student_id, members) = plant_one(Lesson, school, members, id: id, student_id: student_id)

  def invoice(school, id, number, student_id, members, status: "draft")
    plant_one(Invoice, school, members, id: id, number: number, student_id: student_id, status: status)
  end

  def plant_one(model, school, members, **fixed)
    record = model.new(school: school, created_at: Time.utc(2026, 9, 1, 8, 15, 30.25r), **fixed)
    record.assign(members)
    raise "#{model} #{record.refusals}" if Switches::FAULTS.none? { |fault| Switches.fault?(fault.name) } && record.refusals.any?

    school.keep(record)
  end
end
