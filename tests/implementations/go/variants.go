package main

// Variant is a choice that the documentation leaves open, made the other way.
type Variant struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	install     func(*Service)
}

var variants = append(append(append([]Variant{}, requestVariants...), answerVariants...), secondVariants...)

func variantNamed(name string) func(*Service) {
	for _, variant := range variants {
		if variant.Name == name {
			return variant.install
		}
	}
	return nil
}
