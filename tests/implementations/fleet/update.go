package main

import "strings"

// update applies a body to a copy of a resource, by a mask or by the fields that the body holds.
type update struct {
	decoder
	present Message
}

// apply returns the resource after the update; what is wrong with it stands in the violations.
func (u *update) apply(t *Type, body map[string]any, mask []string) Message {
	target := clone(u.present).(Message)
	_, round := body["circle"]
	if _, angular := body["polygon"]; round && angular && t == geofence {
		u.refuse("polygon", "cannot be sent together with circle")
	}
	switch {
	case mask == nil:
		u.merge(t, "", target, body)
	case len(mask) == 1 && mask[0] == "*":
		u.replace(t, target, body)
	default:
		for _, path := range mask {
			u.set(t, "", target, body, path)
		}
		if u.choices["mask-widened"] {
			u.merge(t, "", target, body)
		}
	}
	u.finish(t, "", target)
	return target
}

// merge writes the fields of the body, and reaches into messages.
func (u *update) merge(t *Type, path string, target Message, body map[string]any) {
	for _, name := range names(body) {
		at := join(path, name)
		field := u.field(t, name, at)
		if field == nil {
			continue
		}
		members, object := body[name].(map[string]any)
		if object && field.mergeable() && !(u.choices["engine-replaced-whole"] && name == "engine") {
			child := target.child(name)
			u.merge(field.Type, at, child, members)
			target.put(name, child)
			continue
		}
		u.assign(field, at, target, body[name])
	}
}

// replace clears every field that the body does not hold.
func (u *update) replace(t *Type, target Message, body map[string]any) {
	for _, name := range names(body) {
		u.field(t, name, name)
	}
	for i := range t.Fields {
		field := &t.Fields[i]
		if !field.OutputOnly && !field.Precondition {
			u.assign(field, field.Name, target, body[field.Name])
		}
	}
}

// set writes what one path of the mask names.
func (u *update) set(t *Type, prefix string, target Message, body map[string]any, path string) {
	name, rest, deeper := strings.Cut(path, ".")
	field := t.Find(name)
	switch {
	case field == nil:
		u.refuse("updateMask", "there is no field %s", join(prefix, path))
	case field.OutputOnly || field.Precondition:
	case !deeper:
		if _, sent := body[name]; !sent && u.choices["masked-absent-field-kept"] {
			return
		}
		u.assign(field, join(prefix, name), target, body[name])
	case field.Kind == Map:
		u.setLabel(field, target, body, rest)
	case field.mergeable():
		members, object := body[name].(map[string]any)
		if !object && body[name] != nil {
			u.refuse(join(prefix, name), "must be an object")
			return
		}
		child := target.child(name)
		u.set(field.Type, join(prefix, name), child, members, rest)
		target.put(name, child)
	default:
		u.refuse("updateMask", "%s cannot be changed in part", join(prefix, name))
	}
}

func (u *update) setLabel(field *Field, target Message, body map[string]any, key string) {
	labels := target.child(field.Name)
	given, object := body[field.Name].(map[string]any)
	if value, sent := given[key]; sent && object {
		labels[key] = u.label(field, join(field.Name, key), key, value)
	} else {
		delete(labels, key)
	}
	if len(labels) > field.MaxItems {
		u.refuse(field.Name, "must hold at most %d labels", field.MaxItems)
	}
	target.put(field.Name, labels)
}

// assign writes one field whole; null clears it.
func (u *update) assign(field *Field, path string, target Message, raw any) {
	if raw == nil {
		if u.choices["null-description-ignored"] && path == "description" {
			return
		}
		delete(target, field.Name)
		return
	}
	value := u.value(field, path, raw)
	target.put(field.Name, u.combined(field, target[field.Name], value))
	if u.choices["vehicle-type-resets-fuel"] && path == "vehicleType" && value != u.present["vehicleType"] {
		delete(target.child("engine"), "fuelType")
	}
	if path == "circle" || path == "polygon" {
		delete(target, map[string]string{"circle": "polygon", "polygon": "circle"}[path])
	}
}

// finish checks what holds for the resource after the update.
func (u *update) finish(t *Type, path string, target Message) {
	if !(u.choices["null-name-stored"] && t == geofence) {
		u.require(t, path, target)
	}
	for i := range t.Fields {
		field := &t.Fields[i]
		if child, set := target[field.Name].(Message); set && field.mergeable() {
			u.finish(field.Type, join(path, field.Name), child)
		}
		if before := u.present[field.Name]; field.Immutable && before != nil && target[field.Name] != before {
			u.refuse(field.Name, "cannot be changed")
		}
	}
}
