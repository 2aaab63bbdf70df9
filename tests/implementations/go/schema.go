package main

import (
	"encoding/json"
	"fmt"
)

// Field is a member that a customer may have; without inner fields it is a text.
type Field struct {
	name   string
	fields []Field
}

// Problem is one value of a request and what is wrong with it.
type Problem struct {
	param   string
	message string
	value   any
}

func texts(names ...string) []Field {
	fields := make([]Field, len(names))
	for i, name := range names {
		fields[i] = Field{name: name}
	}
	return fields
}

var address = texts("line1", "line2", "city", "state", "postalCode", "country")

// editable are the details that a request may change, in the order of the page.
var editable = append(
	texts("name", "companyName", "email", "phone", "billingEmail"),
	Field{"address", address},
	Field{"shipping", append(texts("name", "phone"), Field{"address", address})},
	Field{name: "taxId"},
	Field{name: "taxIdType"},
)

// check finds what is wrong in an object; members that no field names are not looked at.
func check(fields []Field, o Object, path string) []Problem {
	var found []Problem
	for _, field := range fields {
		if value, sent := o[field.name]; sent {
			found = append(found, checkValue(field, value, path+field.name)...)
		}
	}
	return found
}

func checkValue(field Field, value any, path string) []Problem {
	if field.fields == nil {
		if _, ok := value.(string); !ok {
			return []Problem{{path, "Expected string, received " + kind(value), value}}
		}
		return nil
	}
	inner, ok := value.(Object)
	if !ok {
		return []Problem{{path, "Expected object, received " + kind(value), value}}
	}
	return check(field.fields, inner, path+".")
}

func kind(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case json.Number:
		return "number"
	case []any:
		return "array"
	case Object:
		return "object"
	}
	return fmt.Sprintf("%T", value)
}

// known keeps the members that the fields name, at every level.
func known(fields []Field, o Object) Object {
	kept := Object{}
	for _, field := range fields {
		value, sent := o[field.name]
		if !sent {
			continue
		}
		if inner, ok := value.(Object); ok && field.fields != nil {
			value = known(field.fields, inner)
		}
		kept[field.name] = value
	}
	return kept
}

// unknown names the members that no field names, as dotted paths.
func unknown(fields []Field, o Object, path string) []string {
	inner := make(map[string][]Field, len(fields))
	for _, field := range fields {
		inner[field.name] = field.fields
	}
	var names []string
	for name, value := range o {
		deeper, named := inner[name]
		if object, ok := value.(Object); ok && deeper != nil {
			names = append(names, unknown(deeper, object, path+name+".")...)
		} else if !named {
			names = append(names, path+name)
		}
	}
	return names
}
