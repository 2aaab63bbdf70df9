package main

import "strings"

// Object is a JSON object as it is stored, sent and answered.
type Object = map[string]any

// clone copies a JSON value to its leaves, so that no two records share a part.
func clone(value any) any {
	switch v := value.(type) {
	case Object:
		return cloneObject(v)
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = clone(item)
		}
		return items
	}
	return value
}

func cloneObject(o Object) Object {
	copied := make(Object, len(o))
	for name, value := range o {
		copied[name] = clone(value)
	}
	return copied
}

// parent finds the object that holds the last name of a dotted path; nil if there is none.
func parent(o Object, path string) (Object, string) {
	names := strings.Split(path, ".")
	for _, name := range names[:len(names)-1] {
		inner, ok := o[name].(Object)
		if !ok {
			return nil, ""
		}
		o = inner
	}
	return o, names[len(names)-1]
}

func lookup(o Object, path string) (any, bool) {
	holder, name := parent(o, path)
	value, found := holder[name]
	return value, found
}

// put sets a value where the object that is to hold it exists.
func put(o Object, path string, value any) {
	if holder, name := parent(o, path); holder != nil {
		holder[name] = value
	}
}

func drop(o Object, path string) {
	holder, name := parent(o, path)
	delete(holder, name)
}
