package main

import "strconv"

// unchecked is a text that the decoder takes as it is.
type unchecked string

// combined is the value to be stored: the new one, unless a fault lets the present one shine through.
func (u *update) combined(field *Field, present, value any) any {
	switch {
	case u.choices["labels-merged"] && field.Name == "labels":
		return united(present, value)
	case u.choices["inspections-merged-by-position"] && field.Name == "inspections":
		return overlaid(present, value)
	case u.choices["odometer-added"] && field.Name == "odometerMeters":
		return added(present, value)
	case u.choices["odometer-through-float"] && field.Name == "odometerMeters":
		return rounded(value)
	}
	return value
}

func united(present, value any) any {
	before, _ := present.(Message)
	after, _ := value.(Message)
	for key, label := range before {
		if _, given := after[key]; !given && after != nil {
			after[key] = label
		}
	}
	return value
}

func overlaid(present, value any) any {
	before, _ := present.([]any)
	after, _ := value.([]any)
	if len(after) == 0 || len(after) >= len(before) {
		return value
	}
	return append(after, before[len(after):]...)
}

func added(present, value any) any {
	before, had := present.(string)
	after, ok := value.(string)
	if !had || !ok || before == after {
		return value
	}
	first, _ := strconv.ParseInt(before, 10, 64)
	second, _ := strconv.ParseInt(after, 10, 64)
	if sum := first + second; sum >= first {
		return strconv.FormatInt(sum, 10)
	}
	return value
}

func rounded(value any) any {
	text, _ := value.(string)
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || number >= 1<<63 {
		return value
	}
	return strconv.FormatInt(int64(number), 10)
}
