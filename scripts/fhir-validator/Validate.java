// Validates FHIR R4 files: `Validate BUNDLE FOLDER`. The records in FOLDER must have no error that
// the resources of BUNDLE do not have by themselves: what a source wrote wrong stays as it is.

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import ca.uhn.fhir.validation.SingleValidationMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;

public class Validate {
	public static void main(String[] arguments) throws Exception {
		FhirContext context = FhirContext.forR4();
		ValidationSupportChain support = new ValidationSupportChain(
			new DefaultProfileValidationSupport(context),
			new CommonCodeSystemsTerminologyService(context),
			new InMemoryTerminologyServerValidationSupport(context));
		FhirInstanceValidator instances = new FhirInstanceValidator(support);
		instances.setAnyExtensionsAllowed(true);
		instances.setErrorForUnknownProfiles(false);
		FhirValidator validator = context.newValidator().registerValidatorModule(instances);

		// Messages without their places, because these differ from record to record.
		Set<String> ofTheSource = new TreeSet<>();
		errors(validator, Path.of(arguments[0])).forEach(error -> ofTheSource.add(text(error)));
		TreeMap<String, Integer> found = new TreeMap<>();
		int records = 0;
		try (Stream<Path> files = Files.list(Path.of(arguments[1]))) {
			for (Path file : files.sorted().toList()) {
				records++;
				errors(validator, file)
					.filter(error -> !ofTheSource.contains(text(error)))
					.forEach(error -> found.merge(
						file.getFileName() + ": " + error.getLocationString() + ": " + error.getMessage(),
						1, Integer::sum));
			}
		}
		found.keySet().forEach(System.out::println);
		System.out.println(records + " records validated, " + found.size() + " new errors, "
			+ ofTheSource.size() + " kinds of errors in the source itself");
		System.exit(found.isEmpty() && records > 0 ? 0 : 1);
	}

	private static Stream<SingleValidationMessage> errors(FhirValidator validator, Path file) throws Exception {
		return validator.validateWithResult(Files.readString(file)).getMessages().stream()
			.filter(message -> message.getSeverity().compareTo(ResultSeverityEnum.ERROR) >= 0);
	}

	private static String text(SingleValidationMessage message) {
		return message.getMessage().replaceAll("\\[\\d+\\]", "[]").replaceAll("/entry\\S*", "");
	}
}
