package main

import "regexp"

// Kind is the type of one value of a field.
type Kind int

const (
	String Kind = iota
	Enum
	Int64
	Int32
	Double
	Bool
	Duration
	Timestamp
	Object
	Map
)

// Message is the value of a resource or of a message within it; a field without a value has no entry.
type Message map[string]any

// Field describes one field of a message: its type, its behaviour (AIP-203) and its limits.
type Field struct {
	Name                            string
	Kind                            Kind
	Repeated, Unique                bool
	Required, OutputOnly, Immutable bool
	Precondition                    bool // read with a request, never stored
	Min, Max                        float64
	MinLength, MaxLength            int
	MinItems, MaxItems              int
	Pattern                         *regexp.Regexp
	Email                           bool
	Enum                            []string // without the UNSPECIFIED member, which requests may not hold
	Type                            *Type
	Normal                          func(string) string
}

// Type describes a message. A Whole one is a value: an update replaces all of it.
type Type struct {
	Whole  bool
	Fields []Field
}

// Find returns the field of a name, or nil.
func (t *Type) Find(name string) *Field {
	for i := range t.Fields {
		if t.Fields[i].Name == name {
			return &t.Fields[i]
		}
	}
	return nil
}

// mergeable tells whether an update reaches into the field rather than replacing it.
func (f *Field) mergeable() bool {
	return f.Kind == Object && !f.Repeated && !f.Type.Whole
}

func clone(value any) any {
	switch v := value.(type) {
	case Message:
		copied := Message{}
		for name, member := range v {
			copied[name] = clone(member)
		}
		return copied
	case []any:
		copied := make([]any, len(v))
		for i, item := range v {
			copied[i] = clone(item)
		}
		return copied
	}
	return value
}

// empty tells whether a value is the same as none: an empty string, list, map or message.
func empty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case Message:
		return len(v) == 0
	}
	return false
}

// put stores a value, or removes the field if the value is empty.
func (m Message) put(name string, value any) {
	if empty(value) {
		delete(m, name)
		return
	}
	m[name] = value
}

func (m Message) child(name string) Message {
	child, _ := m[name].(Message)
	if child == nil {
		return Message{}
	}
	return child
}
