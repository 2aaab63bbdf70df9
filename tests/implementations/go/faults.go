package main

// Fault is one difference from the honest service that breaks what is documented.
type Fault struct {
	Name        string `json:"name"`
	Family      string `json:"family"`
	Field       string `json:"field"`
	Description string `json:"description"`
	install     func(*Service)
}

var faults = []Fault{}

func faultNamed(name string) func(*Service) {
	for _, fault := range faults {
		if fault.Name == name {
			return fault.install
		}
	}
	return nil
}
