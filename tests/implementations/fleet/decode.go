package main

import (
	"encoding/json"
	"fmt"
	"math"
	"net/mail"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// decoder turns JSON values into values of fields, and gathers what is wrong with them.
type decoder struct {
	choices    Choices
	violations []Violation
}

func (d *decoder) refuse(path, format string, arguments ...any) {
	d.violations = append(d.violations, Violation{path, fmt.Sprintf(format, arguments...)})
}

// message decodes a whole message: its required fields must be there.
func (d *decoder) message(t *Type, path string, raw any) any {
	body, ok := raw.(map[string]any)
	if !ok {
		d.refuse(path, "must be an object")
		return nil
	}
	result := Message{}
	for _, name := range names(body) {
		field := d.field(t, name, join(path, name))
		if field != nil && body[name] != nil {
			result.put(name, d.value(field, join(path, name), body[name]))
		}
	}
	d.require(t, path, result)
	return result
}

// field finds the field that a request may set; nil if it has none or ignores it.
func (d *decoder) field(t *Type, name, path string) *Field {
	field := t.Find(name)
	if field == nil {
		if !d.choices["unknown-fields-ignored"] {
			d.refuse(path, "there is no such field")
		}
		return nil
	}
	if d.choices["create-time-writable"] && name == "createTime" {
		return &Field{Name: name, Kind: Timestamp}
	}
	if field.OutputOnly || field.Precondition {
		return nil
	}
	return field
}

func (d *decoder) require(t *Type, path string, value Message) {
	for _, field := range t.Fields {
		if _, set := value[field.Name]; field.Required && !set && !d.refused(join(path, field.Name)) {
			d.refuse(join(path, field.Name), "is required")
		}
	}
}

func (d *decoder) refused(path string) bool {
	for _, violation := range d.violations {
		if strings.HasPrefix(violation.Field, path) {
			return true
		}
	}
	return false
}

// value decodes the value of a field, a list or a single one.
func (d *decoder) value(f *Field, path string, raw any) any {
	if !f.Repeated {
		return d.single(f, path, raw)
	}
	items, ok := raw.([]any)
	if !ok {
		d.refuse(path, "must be a list")
		return nil
	}
	result := []any{}
	for i, item := range items {
		at := fmt.Sprintf("%s[%d]", path, i)
		if d.choices["unknown-trigger-dropped"] && f.Name == "alertOn" && !d.known(f, item) {
			continue
		}
		if d.choices["later-results-unchecked"] && f.Name == "inspections" && i > 0 {
			d.lenient(item)
		}
		if d.choices["later-emails-unchecked"] && f.Name == "alertEmails" && i > 0 {
			result = append(result, d.single(&Field{MaxLength: 254}, at, item))
			continue
		}
		result = append(result, d.single(f, at, item))
	}
	d.items(f, path, result)
	return result
}

func (d *decoder) known(f *Field, item any) bool {
	text, ok := item.(string)
	return ok && contains(f.Enum, text)
}

// lenient lets the result of an inspection be any text.
func (d *decoder) lenient(item any) {
	if body, ok := item.(map[string]any); ok {
		if text, ok := body["result"].(string); ok && text != "" {
			body["result"] = unchecked(text)
		}
	}
}

func (d *decoder) items(f *Field, path string, items []any) {
	if len(items) < f.MinItems {
		d.refuse(path, "must hold at least %d items", f.MinItems)
	}
	if f.MaxItems > 0 && len(items) > f.MaxItems {
		d.refuse(path, "must hold at most %d items", f.MaxItems)
	}
	seen := map[any]bool{}
	for i, item := range items {
		if f.Unique && item != nil && seen[item] {
			d.refuse(fmt.Sprintf("%s[%d]", path, i), "stands twice")
		}
		if f.Unique {
			seen[item] = true
		}
	}
}

func (d *decoder) single(f *Field, path string, raw any) any {
	switch f.Kind {
	case Object:
		return d.message(f.Type, path, raw)
	case Map:
		return d.labels(f, path, raw)
	case Bool:
		return d.boolean(f, path, raw)
	case Int32, Double:
		return d.number(f, path, raw)
	case Int64:
		return d.int64(path, raw)
	}
	if free, ok := raw.(unchecked); ok {
		return string(free)
	}
	text, ok := raw.(string)
	if !ok {
		d.refuse(path, "must be a string")
		return nil
	}
	return d.text(f, path, text)
}

func (d *decoder) boolean(f *Field, path string, raw any) any {
	if text, ok := raw.(string); ok && d.choices["enabled-from-text"] && f.Name == "enabled" {
		return text == "true"
	}
	value, ok := raw.(bool)
	if !ok {
		d.refuse(path, "must be true or false")
		return nil
	}
	return value
}

func (d *decoder) number(f *Field, path string, raw any) any {
	literal, ok := raw.(json.Number)
	if !ok {
		d.refuse(path, "must be a number")
		return nil
	}
	value, err := literal.Float64()
	if err != nil || f.Kind == Int32 && value != math.Trunc(value) {
		d.refuse(path, "must be a whole number of 32 bits")
		return nil
	}
	least := f.Min
	if d.choices["latitude-minimum-unchecked"] && f.Name == "latitude" {
		least = -1000
	}
	if value < least {
		d.refuse(path, "must be at least %v", f.Min)
	}
	if value > f.Max {
		d.refuse(path, "must be at most %v", f.Max)
	}
	if f.Kind == Int32 {
		return int64(value)
	}
	return value
}

// int64 decodes a number of 64 bits, which is a decimal string on the wire.
func (d *decoder) int64(path string, raw any) any {
	text, ok := raw.(string)
	if number, literal := raw.(json.Number); literal && d.choices["int64-numbers-accepted"] {
		text, ok = number.String(), true
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if !ok || err != nil || value < 0 || strconv.FormatInt(value, 10) != text {
		d.refuse(path, "must be a decimal string of a whole number from 0 to 9223372036854775807")
		return nil
	}
	return text
}

func (d *decoder) labels(f *Field, path string, raw any) any {
	body, ok := raw.(map[string]any)
	if !ok {
		d.refuse(path, "must be an object")
		return nil
	}
	if len(body) > f.MaxItems {
		d.refuse(path, "must hold at most %d labels", f.MaxItems)
	}
	result := Message{}
	for _, key := range names(body) {
		if value := d.label(f, join(path, key), key, body[key]); value != nil {
			result[key] = value
		}
	}
	return result
}

func (d *decoder) label(f *Field, path, key string, raw any) any {
	text, ok := raw.(string)
	switch {
	case !labelKey.MatchString(key):
		d.refuse(path, "is not a valid key")
	case !ok:
		d.refuse(path, "must be a string")
	case utf8.RuneCountInString(text) > f.MaxLength:
		d.refuse(path, "must have at most %d characters", f.MaxLength)
	default:
		return text
	}
	return nil
}

func (d *decoder) text(f *Field, path, text string) any {
	switch {
	case f.Kind == Enum:
		return d.enum(f, path, text)
	case f.Kind == Duration:
		return d.duration(f, path, text)
	case f.Kind == Timestamp:
		return d.timestamp(path, text)
	case f.Pattern != nil && !f.Pattern.MatchString(text):
		d.refuse(path, "must match %s", f.Pattern)
	case f.Email && !address(text):
		d.refuse(path, "must be an email address")
	case d.length(f, text) < f.MinLength:
		d.refuse(path, "must have at least %d characters", f.MinLength)
	case f.MaxLength > 0 && d.length(f, text) > f.MaxLength:
		d.refuse(path, "must have at most %d characters", f.MaxLength)
	}
	if f.Normal != nil {
		return f.Normal(text)
	}
	return text
}

func (d *decoder) length(f *Field, text string) int {
	if d.choices["display-name-counted-in-bytes"] && f.Name == "displayName" {
		return len(text)
	}
	return utf8.RuneCountInString(text)
}

func (d *decoder) enum(f *Field, path, text string) any {
	if !contains(f.Enum, text) {
		d.refuse(path, "must be one of %s", strings.Join(f.Enum, ", "))
		return nil
	}
	return text
}

func address(text string) bool {
	parsed, err := mail.ParseAddress(text)
	return err == nil && parsed.Address == text
}

func contains(values []string, value string) bool {
	for _, candidate := range values {
		if candidate == value {
			return true
		}
	}
	return false
}

func names(body map[string]any) []string {
	result := make([]string, 0, len(body))
	for name := range body {
		result = append(result, name)
	}
	sort.Strings(result)
	return result
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
