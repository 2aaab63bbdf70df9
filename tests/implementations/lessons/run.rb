# frozen_string_literal: true

# ruby run.rb --port 0 --ready-file FILE [--fault NAME]... [--variant NAME]... | --list-faults | --list-variants

require "optparse"
require "puma"
require "puma/server"
require_relative "app"

def options
  chosen = { port: 0, faults: [], variants: [] }
  OptionParser.new do |parser|
    parser.on("--port PORT", Integer) { |port| chosen[:port] = port }
    parser.on("--ready-file FILE") { |file| chosen[:ready] = file }
    parser.on("--fault NAME") { |name| chosen[:faults] << name }
    parser.on("--variant NAME") { |name| chosen[:variants] << name }
    parser.on("--list-faults") { print_list(Switches::FAULTS) }
    parser.on("--list-variants") { print_list(Switches::VARIANTS) }
  end.parse!
  chosen
end

def print_list(rows)
  puts JSON.pretty_generate(rows.map(&:to_h))
  exit
end

LESSONS = %w[5b0c7c0e-7a52-4f0a-9a35-0d8f6d1f2a11 9e2d4f63-1c77-4b1b-a0c4-6f3b8a5d7e33].freeze
RECORDS = { student_id: [101, 301], lesson_id: LESSONS, invoice_id: [210, 410] }.freeze

# What somebody who tests the service needs to know.
def ready_text(port, schools)
  tokens = schools.map(&:token)
  JSON.pretty_generate(
    url: "http://127.0.0.1:#{port}", api: "lessons", openapi: File.expand_path("openapi.yaml", __dir__),
    auth: { school_token: tokens[0] }, customer: RECORDS.transform_values(&:first),
    other_customer: { path: RECORDS.transform_values(&:last), auth: { school_token: tokens[1] } },
    operations: RECORDS.map { |parameter, ids| operation(parameter, ids, tokens) }, values: { teacher_id: [3, 4] }
  )
end

def operation(parameter, ids, tokens)
  path = "/v1/#{parameter.to_s.delete_suffix('_id')}s/{#{parameter}}"
  { method: "PATCH", path: path, read: path, token: tokens[0], record: { path: { parameter => ids[0] } },
    other: { path: { parameter => ids[1] }, token: tokens[1] } }
end

def announce(file, text)
  File.write("#{file}.new", text)
  File.rename("#{file}.new", file)
end

# Compresses what has no entity tag: a strong tag would have to differ from that of the plain form.
def compressed(app)
  small = Rack::Deflater.new(app, if: ->(_env, _status, headers, _body) { !headers.key?("ETag") })
  ->(env) { small.call(env) }
end

chosen = options
Switches.start(chosen[:faults], chosen[:variants])
App.set :schools, Seeds.plant
app = Switches.variant?("compressed") ? compressed(App) : App
server = Puma::Server.new(app, Puma::Events.strings, min_threads: 0, max_threads: 4)
server.add_tcp_listener("127.0.0.1", chosen[:port])
thread = server.run
announce(chosen[:ready], ready_text(server.connected_ports.first, App.schools)) if chosen[:ready]
stop = Queue.new
%w[TERM INT].each { |signal| trap(signal) { stop << signal } }
stop.pop
server.stop(true)
thread.join
